"""Changes that commands make to the files of analysts, whole or not at all."""
