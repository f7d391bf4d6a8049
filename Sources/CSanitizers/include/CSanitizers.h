#ifndef CSANITIZERS_H
#define CSANITIZERS_H

// Nothing to call: what the sanitizers find here by its name.

#endif
