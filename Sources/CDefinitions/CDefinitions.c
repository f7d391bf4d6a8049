#include "CDefinitions.h"

// The compiler reads the files at build time, and builds anew when one of them has changed. Swift has nothing like it.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t regional_worker_pool[] = {
#embed "../../crds/quartermaster.dev_regionalworkerpools.yaml"
};

static const uint8_t backup_policy[] = {
#embed "../../crds/quartermaster.dev_backuppolicies.yaml"
};

static const uint8_t app_environment[] = {
#embed "../../crds/quartermaster.dev_appenvironments.yaml"
};

static const uint8_t component_images[] = {
#embed "../../crds/quartermaster.dev_componentimages.yaml"
};

qm_text qm_regional_worker_pool_definition(void) {
    return (qm_text){regional_worker_pool, sizeof regional_worker_pool};
}

qm_text qm_backup_policy_definition(void) { return (qm_text){backup_policy, sizeof backup_policy}; }

qm_text qm_app_environment_definition(void) { return (qm_text){app_environment, sizeof app_environment}; }

qm_text qm_component_images_definition(void) { return (qm_text){component_images, sizeof component_images}; }
