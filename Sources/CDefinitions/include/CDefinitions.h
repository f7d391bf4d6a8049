#ifndef C_DEFINITIONS_H
#define C_DEFINITIONS_H

#include <stddef.h>
#include <stdint.h>

/// A text that is part of the program, in UTF-8.
typedef struct {
    const uint8_t *bytes;
    size_t count;
} qm_text;

qm_text qm_regional_worker_pool_definition(void);
qm_text qm_backup_policy_definition(void);
qm_text qm_app_environment_definition(void);
qm_text qm_component_images_definition(void);

#endif
