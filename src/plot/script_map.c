#include "plot/script.h"
void script_map(const script *s, const figure *f)
{
    (void)s;
    (void)f;
}
