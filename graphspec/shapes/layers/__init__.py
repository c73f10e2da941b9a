"""Rules of ``keras.layers``, one file for each family of the catalogue."""
