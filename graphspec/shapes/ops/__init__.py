"""Rules of ``keras.ops``, one file a family."""
