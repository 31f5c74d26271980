/* What lies in memory when the machine starts, and where its CPUs do: the images of the configuration, placed as QEMU
 * places them. */
#pragma once
#include "machine/library.h"

/* Reads all images, makes the device tree, and puts both into memory. False: *error says why. */
bool boot_load(struct trapeze *t, const struct trapeze_config *config, struct trapeze_error *error);

/* Writes the images again and sets where the CPUs begin: virt_reset's hook, whose owner is the struct trapeze. */
void boot_reload(void *owner);
