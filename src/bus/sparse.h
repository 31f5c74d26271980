/* Memory at every physical address, a page of which exists once it is touched: for machines that run test vectors. */
#pragma once
#include "base/addr.h"
#include <stdbool.h>
#include <stdint.h>

struct sparse_page {
    uint8_t bytes[PAGE_SIZE];
    uint64_t number; /* of the page */
    uint8_t flags;   /* enum page_flags */
};

struct bus_sparse;

/* NULL: no memory. */
struct bus_sparse *sparse_new(void);
void sparse_free(struct bus_sparse *sparse); /* NULL is allowed */

/* The page of an address, zeroed when new; NULL: no memory. It stays where it is. */
struct sparse_page *sparse_get(struct bus_sparse *sparse, pa_t address);

/* Every page is zero and unflagged again, and gone: what pointed into one is stale. */
void sparse_clear(struct bus_sparse *sparse);
