def check_min_cppstd(conanfile, cppstd):
    conanfile.min_cppstd = str(cppstd)


def can_run(conanfile):
    return True
