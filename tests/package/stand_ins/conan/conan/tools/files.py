import fnmatch
import pathlib
import shutil


def copy(conanfile, pattern, src, dst):
    """Copies the files below a folder whose name, relative to it, fits the pattern."""
    for file in sorted(pathlib.Path(src).rglob("*")):
        name = file.relative_to(src)
        if file.is_file() and fnmatch.fnmatch(str(name), pattern):
            (pathlib.Path(dst) / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, pathlib.Path(dst) / name)
