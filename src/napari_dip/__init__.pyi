from .masks.find import find_missing
from .noise.detector import Detector
from .noise.model import NoiseModel
from .tasks.denoise import denoise
from .tasks.inpaint import inpaint
from .tasks.method import DeepImagePrior
from .tasks.noise import measure_noise
from .tasks.prior.compare_architectures import compare_architectures
from .tasks.prior.invert_features import invert_features
from .tasks.prior.learning_curves import learning_curves
from .tasks.prior.maximise_activation import maximise_activation
from .tasks.prior.sample_prior import sample_prior
from .tasks.remove_compression import remove_compression
from .tasks.restore_guided import restore_guided
from .tasks.super_resolve import super_resolve

__version__: str

__all__ = [
    'DeepImagePrior',
    'Detector',
    'NoiseModel',
    '__version__',
    'compare_architectures',
    'denoise',
    'find_missing',
    'inpaint',
    'invert_features',
    'learning_curves',
    'maximise_activation',
    'measure_noise',
    'remove_compression',
    'restore_guided',
    'sample_prior',
    'super_resolve',
]
