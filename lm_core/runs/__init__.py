"""Run folders: configuration in, files on disk out; the only package that knows what is called how inside one."""
