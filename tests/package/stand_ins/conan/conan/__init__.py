"""What the recipe takes of Conan 2, as its documentation has it: https://docs.conan.io/2/reference/conanfile.html"""


class _Info:
    is_clear = False

    def clear(self):
        self.is_clear = True


class _CppInfo:
    def __init__(self):
        self.bindirs, self.libdirs, self.includedirs, self.properties = ["bin"], ["lib"], ["include"], {}

    def set_property(self, name, value):
        self.properties[name] = value


class ConanFile:
    def __init__(self, source_folder, package_folder):
        self.source_folder, self.package_folder = source_folder, package_folder
        self.info, self.cpp_info, self.min_cppstd, self.has_layout = _Info(), _CppInfo(), None, False
