# A toolchain for arm64 (a Raspberry Pi) on a Debian that has crossbuild-essential-arm64 and the libraries for arm64.
# ./run package --arch arm64 makes such a Debian and builds in it.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
# The programs print their own completions.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static)
