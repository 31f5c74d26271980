# Compiles FILES of SRC as stencils with the compiler CC: every relocation of a stencil must be a hole. Whatever else a
# handler refers to (a function that it calls, a table, a constant in memory) would not be there where it is copied to.
cmake_policy(VERSION 3.25)

if(CC MATCHES "clang")
  set(own -Os) # for conditional jumps out of a stencil: its end stays the way to the next one
else()
  set(own -O2 -fno-ipa-icf -fno-store-merging -fno-tree-slp-vectorize -fno-partial-inlining
      -fno-reorder-blocks-and-partition)
endif()
set(flags ${own} -std=gnu17 -D_GNU_SOURCE -DTRAPEZE_STENCIL -I${SRC} -c -Wall -Wextra -Werror -Wno-unused-parameter
          -fno-pic -mcmodel=kernel -mno-sse -ffunction-sections -fcf-protection=none -fno-stack-protector
          -fno-asynchronous-unwind-tables)

function(run output)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE printed ERROR_VARIABLE printed)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${printed}")
  endif()
  set(${output} "${printed}" PARENT_SCOPE)
endfunction()

# Numbers stand where they are used; ways on are jumped to.
string(CONCAT holes "^R_X86_64_(32|32S) HOLE_((v_)?r[dnma]|imm|imm16|number_r[nma]|offset_after|cost_(past|step)_[01])([+-]|$)|"
       "^R_X86_64_(PC32|PLT32) HOLE_((next|near|late)_[0-2]|[A-Z][A-Za-z0-9_]*)-0x0*4$")

set(wrong "")
foreach(file ${FILES})
  set(object ${OUT}/${file}.o)
  run(printed ${CC} ${flags} ${SRC}/cpu/exec/${file}.c -o ${object})
  run(symbols ${OBJDUMP} -t ${object})
  run(relocations ${OBJDUMP} -r ${object})

  # "RELOCATION RECORDS FOR [.text.stencil_ADD_imm_w]:", then lines "0000000000000003 R_X86_64_32S  HOLE_rn"
  string(REGEX MATCHALL " \\.text\\.stencil_[^\n]* stencil_" stencils "${symbols}")
  list(LENGTH stencils count)
  string(REPLACE "\n" ";" lines "${relocations}")
  set(section "")
  set(bad "")
  foreach(line ${lines})
    if(line MATCHES "^RELOCATION RECORDS FOR (.*):")
      set(section ${CMAKE_MATCH_1})
    elseif(line MATCHES "^[0-9a-f]+ +(R_[^ ]+) +(.*)")
      set(relocation "${CMAKE_MATCH_1} ${CMAKE_MATCH_2}")
      if(NOT relocation MATCHES "${holes}")
        string(APPEND wrong "${file}.c: ${section}: ${relocation}\n")
        list(APPEND bad ${section})
      endif()
    endif()
  endforeach()
  list(REMOVE_DUPLICATES bad)
  list(LENGTH bad failed)
  math(EXPR passed "${count} - ${failed}")
  message("${file}.c: ${passed} of ${count} stencils have holes only")
  if(count EQUAL 0)
    string(APPEND wrong "${file}.c: no stencils\n")
  endif()
endforeach()
if(wrong)
  message(FATAL_ERROR "${wrong}")
endif()
