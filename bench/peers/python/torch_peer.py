"""The nets and the ops in PyTorch."""

import torch
from torch import nn
from torch.nn import functional as F

versions = {"PyTorch": torch.__version__}
torch.set_num_threads(2)
usual_format = "contiguous_format"


class Layer(nn.Module):
    """A function as a module."""

    def __init__(self, function):
        super().__init__()
        self.forward = function


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


class Gate(nn.Sequential):
    def forward(self, x):
        return x * super().forward(x)


def own_hard_swish(x):
    return x * (F.relu6(x + 3) / 6)


activations = {
    "relu": F.relu,
    "hard_swish": F.hardswish,
    "hard_sigmoid": F.hardsigmoid,
    "softmax": lambda x: F.softmax(x, -1),
}


def same_padding(size, stride):
    """Where the stride is 2, Keras pads images of even size more at the end; a convolution here pads evenly."""
    total = size - stride
    return [] if stride == 1 else [nn.ZeroPad2d((total // 2, total - total // 2) * 2)]


def layers_of(spec, channels, activations):
    """The modules of a layer, and how many channels they give."""
    kind = spec["kind"]
    if kind == "conv":
        padding = spec["size"] // 2 if spec["padding"] == "same" else 0
        conv = nn.Conv2d(channels, spec["filters"], spec["size"], padding=padding, bias=spec["bias"])
        return [conv], spec["filters"]
    if kind == "depthwise":
        size, stride = spec["size"], spec["stride"]
        padding = size // 2 if stride == 1 else 0
        conv = nn.Conv2d(channels, channels, size, stride, padding, groups=channels, bias=False)
        return [*same_padding(size, stride), conv], channels
    if kind == "batchNormalization":
        return [nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)], channels
    if kind == "activation":
        return [Layer(activations[spec["name"]])], channels
    if kind == "maxPool":
        return [nn.MaxPool2d(2)], channels
    if kind == "globalAveragePool":
        return [Layer(lambda x: x.mean((2, 3), keepdim=spec["keepdims"]))], channels
    if kind == "flatten":
        # In Keras's order of cells, so that the same weights fit.
        return [Layer(lambda x: x.permute(0, 2, 3, 1).flatten(1))], None
    if kind == "dense":
        dense = nn.LazyLinear(spec["units"]) if channels is None else nn.Linear(channels, spec["units"])
        return [dense], spec["units"]
    inner, _ = modules_of(spec["layers"], channels, activations)
    return [{"residual": Residual, "gate": Gate}[kind](*inner)], channels


def modules_of(specs, channels, activations):
    modules = []
    for spec in specs:
        more, channels = layers_of(spec, channels, activations)
        modules += more
    return modules, channels


def set_weights(model, weights):
    """Takes Keras's weights, in its order and layout."""
    queue = iter(weights)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            transposed = (2, 3, 0, 1) if module.groups > 1 else (3, 2, 0, 1)
            module.weight.data.copy_(torch.tensor(next(queue)).permute(transposed))
        elif isinstance(module, nn.Linear):
            module.weight.data.copy_(torch.tensor(next(queue)).T)
        elif isinstance(module, nn.BatchNorm2d):
            for values in (module.weight.data, module.bias.data, module.running_mean, module.running_var):
                values.copy_(torch.tensor(next(queue)))
            continue
        else:
            continue
        if module.bias is not None:
            module.bias.data.copy_(torch.tensor(next(queue)))


def build(net, own_activation, memory_format, x, weights=None):
    """The model without its last softmax, and the images in the layout of PyTorch."""
    chosen = {**activations, **({"hard_swish": own_hard_swish} if own_activation else {})}
    modules, _ = modules_of(net["layers"][:-1], net["input"][-1], chosen)
    model = nn.Sequential(*modules)
    x = torch.tensor(x).permute(0, 3, 1, 2).contiguous(memory_format=getattr(torch, memory_format))
    with torch.no_grad():
        model.eval()(x[:1])
    model = model.to(memory_format=getattr(torch, memory_format))
    if weights is not None:
        set_weights(model, weights)
    return model, x


def train(
    net, batch, x, labels, adam, checked_steps,
    weights=None, own_activation=False, memory_format=usual_format,
):  # fmt: skip
    model, x = build(net, own_activation, memory_format, x, weights)
    model.train()
    labels = torch.tensor(labels).long()
    betas = (adam["beta1"], adam["beta2"])
    optimizer = torch.optim.Adam(model.parameters(), adam["rate"], betas, adam["epsilon"])

    def step(x, labels):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    batches = list(zip(x.split(batch), labels.split(batch)))
    losses = [step(*each) for each in batches[:checked_steps]]
    return lambda: [step(*each) for each in batches], losses


def predict(net, batch, x, weights=None, own_activation=False, memory_format=usual_format):
    model, x = build(net, own_activation, memory_format, x, weights)

    @torch.inference_mode()
    def run():
        return torch.cat([F.softmax(model(each), -1) for each in x.split(batch)])

    return run, run()[:batch].flatten()


ops = {
    "matmul": torch.matmul,
    "conv2d": lambda x, w: F.conv2d(x, w, padding=1),
    "hardSwish": F.hardswish,
    "sum": torch.sum,
    "softmax": lambda x: torch.softmax(x, -1),
    "maxPool2d": lambda x: F.max_pool2d(x, 2),
}


def images(x, memory_format):
    """An image or a kernel from Keras's layout."""
    return x.contiguous(memory_format=getattr(torch, memory_format))


def op(name, inputs, times, places, memory_format=usual_format):
    xs = [torch.tensor(x) for x in inputs]
    if name in ("conv2d", "maxPool2d"):
        xs[0] = images(xs[0].permute(0, 3, 1, 2), memory_format)
    if name == "conv2d":
        xs[1] = images(xs[1].permute(3, 2, 0, 1), memory_format)

    @torch.inference_mode()
    def run():
        for _ in range(times):
            y = ops[name](*xs)
        return y

    y = run()
    y = y.permute(0, 2, 3, 1) if y.ndim == 4 else y
    return run, y.flatten()[places]
