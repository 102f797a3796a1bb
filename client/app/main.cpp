#include "client/app/Program.h"

int main(int argc, char** argv)
{
    return impulse::app::run(argc, argv);
}
