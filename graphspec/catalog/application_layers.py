"""The layers that models of ``keras.applications`` are made of and that ``keras.layers`` does not offer."""

# By the paths that Keras gives them in a saved model: the layers of a plugin that is part of Keras itself.
# Each with the numbers that it takes.
APPLICATION_LAYERS = {
    "keras.src.applications.convnext.LayerScale": ("init_values", "projection_dim"),
    "keras.src.applications.inception_resnet_v2.CustomScaleLayer": ("scale",),
}
