// The guests' images, and the table of their places, in the order of guests.def.
#define GUEST(name, image, cpus, options, varying) .quad image_##name, end_##name
    .section .rodata.places, "a"
    .balign 8
    .global image_places
image_places:
#include "../guests/guests.def"

#undef GUEST
#define TEXT(x) TEXT_(x)
#define TEXT_(x) #x
#define GUEST(name, image, cpus, options, varying) .balign 16; image_##name: .incbin TEXT(image.bin); end_##name:
    .section .rodata.images, "a"
#include "../guests/guests.def"
