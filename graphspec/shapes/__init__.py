"""What a layer or an op does to shapes, dtypes, parameters and FLOPs: one pure rule each, one file a family."""
