"""The nets and the ops in Keras on TensorFlow."""

import os

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

versions = {"Keras": keras.__version__, "TensorFlow": tf.__version__}
tf.config.threading.set_intra_op_parallelism_threads(2)


def own_hard_swish(x):
    return x * (keras.ops.relu6(x + 3) / 6)


def apply(specs, x, activations):
    """The layers on a symbolic tensor."""
    for spec in specs:
        x = apply_one(spec, x, activations)
    return x


def apply_one(spec, x, activations):
    match spec["kind"]:
        case "conv":
            options = {"padding": spec["padding"], "use_bias": spec["bias"]}
            return layers.Conv2D(spec["filters"], spec["size"], **options)(x)
        case "depthwise":
            conv = layers.DepthwiseConv2D(spec["size"], spec["stride"], padding="same", use_bias=False)
            return conv(x)
        case "batchNormalization":
            return layers.BatchNormalization()(x)
        case "activation":
            return layers.Activation(activations.get(spec["name"], spec["name"]))(x)
        case "maxPool":
            return layers.MaxPooling2D()(x)
        case "globalAveragePool":
            return layers.GlobalAveragePooling2D(keepdims=spec["keepdims"])(x)
        case "flatten":
            return layers.Flatten()(x)
        case "dense":
            return layers.Dense(spec["units"])(x)
        case "residual":
            return layers.Add()([x, apply(spec["layers"], x, activations)])
        case "gate":
            return layers.Multiply()([x, apply(spec["layers"], x, activations)])


def build(net, own_activation, weights):
    x = keras.Input(net["input"])
    activations = {"hard_swish": own_hard_swish} if own_activation else {}
    model = keras.Model(x, apply(net["layers"], x, activations))
    if weights is not None:
        model.set_weights(weights)
    return model


def train(net, batch, x, labels, adam, checked_steps, weights=None, own_activation=False):
    model = build(net, own_activation, weights)
    optimizer = keras.optimizers.Adam(adam["rate"], adam["beta1"], adam["beta2"], adam["epsilon"])
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
    steps = [slice(at, at + batch) for at in range(0, len(x), batch)][:checked_steps]
    losses = [model.train_on_batch(x[step], labels[step]) for step in steps]
    return lambda: model.fit(x, labels, batch_size=batch, shuffle=False, verbose=0), losses


def predict(net, batch, x, weights=None, own_activation=False):
    model = build(net, own_activation, weights)
    run = lambda: model.predict(x, batch_size=batch, verbose=0)
    return run, run()[:batch].flatten()


ops = {
    "matmul": tf.matmul,
    "conv2d": lambda x, w: tf.nn.conv2d(x, w, 1, "SAME"),
    "hardSwish": keras.activations.hard_swish,
    "sum": tf.reduce_sum,
    "softmax": tf.nn.softmax,
    "maxPool2d": lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"),
}


def op(name, inputs, times, places):
    xs = [tf.constant(x) for x in inputs]

    def run():
        for _ in range(times):
            y = ops[name](*xs)
        return y

    return run, np.reshape(run(), -1)[places]
