# Core 1 has an image of its own, which is built first.
ExternalZephyrProject_Add(APPLICATION remote SOURCE_DIR ${APP_DIR}/remote BOARD ${SB_CONFIG_REMOTE_BOARD})
add_dependencies(two_cores remote)
sysbuild_add_dependencies(CONFIGURE two_cores remote)
