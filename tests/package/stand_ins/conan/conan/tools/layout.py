def basic_layout(conanfile):
    conanfile.has_layout = True
