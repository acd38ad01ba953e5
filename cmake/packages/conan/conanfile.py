import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy
from conan.tools.layout import basic_layout


class Rpmsg(ConanFile):
    name = "rpmsg"
    version = "@VERSION@"
    description = "@SUMMARY@"
    license = "BSL-1.0"
    topics = ("rpmsg", "amp", "multicore", "messaging", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    exports_sources = "include/*", "LICENSE"
    no_copy_source = True

    def layout(self):
        basic_layout(self)

    def validate(self):
        check_min_cppstd(self, 20)

    def package_id(self):
        self.info.clear()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "*.hpp", os.path.join(self.source_folder, "include"), os.path.join(self.package_folder, "include"))

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "rpmsg")
        self.cpp_info.set_property("cmake_target_name", "rpmsg::rpmsg")
        self.cpp_info.set_property("pkg_config_name", "rpmsg")
