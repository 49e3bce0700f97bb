# Between installing into cpack's folder and packing: what a Debian package has beside the files of the program.
cmake_minimum_required(VERSION 3.25)
execute_process(
    COMMAND python3 -B ${CPACK_TRESTLE_SOURCE}/node/package/finish.py ${CPACK_TRESTLE_SOURCE}
            ${CPACK_TEMPORARY_DIRECTORY} ${CPACK_PACKAGE_VERSION} ${CPACK_PACKAGE_CONTACT} ${CPACK_TRESTLE_OBJDUMP}
    COMMAND_ERROR_IS_FATAL ANY)
