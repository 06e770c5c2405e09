"""cupy: arrays on an NVIDIA GPU."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from caviar.plugin import Array, Backend


class CuPy(Backend, interface=1):
    """All arrays of a population on the GPU; "auto" uses it where a GPU is available.

    CuPy itself comes with `pip install 'caviar-ml[cuda12]'` or `'caviar-ml[cuda13]'`, as `nvidia-smi` says which CUDA
    the driver knows. It compiles kernels when they are first used and keeps them in ~/.cupy; `CUPY_CACHE_DIR` names
    another folder. Source: Okuta et al. 2017, "CuPy: A NumPy-compatible library for NVIDIA GPU calculations".
    """

    requires: ClassVar[tuple[str, ...]] = ("cupy",)
    on_device: ClassVar[bool] = True
    max_population: ClassVar[int] = 4096

    def missing(self) -> str | None:
        return _missing()

    def library(self) -> Any:
        import cupy

        return cupy

    def identity(self) -> dict[str, str]:
        import cupy

        runtime = cupy.cuda.runtime
        cards = [runtime.getDeviceProperties(number) for number in range(runtime.getDeviceCount())]
        names = sorted({f"{card['name'].decode()} ({card['multiProcessorCount']} multiprocessors)" for card in cards})
        return {
            "devices": ", ".join(names),
            "cupy": cupy.__version__,
            "cuda": str(runtime.runtimeGetVersion()),
            "cublas": str(cupy.cuda.cublas.getVersion(cupy.cuda.Device().cublas_handle)),
            "nvrtc": ".".join(map(str, cupy.cuda.nvrtc.getVersion())),
        }

    def devices(self) -> int | None:
        import cupy

        count: int = cupy.cuda.runtime.getDeviceCount()
        return count

    def take_device(self, worker: int) -> None:
        import cupy

        cupy.cuda.Device(worker % cupy.cuda.runtime.getDeviceCount()).use()

    def spare_memory(self) -> int | None:
        """The free memory of the device and of CuPy's pool, within CuPy's limit."""
        import cupy

        pool = cupy.get_default_memory_pool()
        spare: int = cupy.cuda.runtime.memGetInfo()[0] + pool.free_bytes()
        limit: int = pool.get_limit()
        return min(spare, limit - pool.used_bytes()) if limit else spare

    def send(self, array: Array) -> Array:
        import cupy

        sent: Array = cupy.asarray(array)
        return sent

    def fetch(self, array: Array) -> Array:
        import cupy

        fetched: Array = cupy.asnumpy(array)
        return fetched


@cache
def _missing() -> str | None:
    """Checks the driver first, because importing CuPy takes a second, then computes a product on the GPU itself."""
    import ctypes

    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 'there is no NVIDIA driver here; install one, or leave the backend to "auto", which then takes NumPy'
    try:
        import cupy

        ones = cupy.ones((2, 2), dtype=cupy.float32)
        float((ones @ ones).sum())
    except Exception as error:  # whatever is broken between here and the GPU
        reason = " ".join(str(error).split())
        return f"no GPU answers: {type(error).__name__}: {reason}; check the output of `nvidia-smi`"
    return None
