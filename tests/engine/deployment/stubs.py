"""The part of ONNX Runtime's C++ and Java interfaces that the programs of a bundle use, as declarations only.

Written from its documentation, so that compilers can check the programs where the library itself is not at hand.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

CPP = r"""
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>
struct OrtAllocator;
enum OrtLoggingLevel { ORT_LOGGING_LEVEL_WARNING = 2 };
enum ONNXTensorElementDataType { ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING = 8 };
#define ORTCHAR_T char
namespace Ort {
struct Env { Env(OrtLoggingLevel, const char*); };
struct SessionOptions { SessionOptions(); };
struct RunOptions { RunOptions(); };
struct AllocatorWithDefaultOptions { AllocatorWithDefaultOptions(); operator OrtAllocator*() const; };
struct Value {
  Value(Value&&); Value& operator=(Value&&); Value(const Value&) = delete;
  template <typename T> static Value CreateTensor(OrtAllocator*, const int64_t*, size_t);
  static Value CreateTensor(OrtAllocator*, const int64_t*, size_t, ONNXTensorElementDataType);
  template <typename T> T* GetTensorMutableData();
  template <typename T> const T* GetTensorData() const;
  void FillStringTensor(const char* const*, size_t);
};
struct Session {
  Session(const Env&, const ORTCHAR_T*, const SessionOptions&);
  std::vector<Value> Run(const RunOptions&, const char* const*, const Value*, size_t, const char* const*, size_t);
};
}
"""

JAVA = {
    "OrtException": "public class OrtException extends Exception {}",
    "OnnxValue": """public interface OnnxValue extends AutoCloseable {
  Object getValue() throws OrtException;
  void close();
}""",
    "OnnxTensorLike": "public abstract class OnnxTensorLike implements OnnxValue {}",
    "OnnxJavaType": "public enum OnnxJavaType { UINT8 }",
    "OnnxTensor": """public class OnnxTensor extends OnnxTensorLike {
  public static OnnxTensor createTensor(OrtEnvironment e, Object data) throws OrtException { return null; }
  public static OnnxTensor createTensor(OrtEnvironment e, java.nio.ByteBuffer b, long[] shape, OnnxJavaType t)
      throws OrtException { return null; }
  public static OnnxTensor createTensor(OrtEnvironment e, java.nio.DoubleBuffer b, long[] shape)
      throws OrtException { return null; }
  public Object getValue() throws OrtException { return null; }
  public void close() {}
}""",
    "OrtEnvironment": """public final class OrtEnvironment {
  public static OrtEnvironment getEnvironment() { return null; }
  public OrtSession createSession(String path, OrtSession.SessionOptions o) throws OrtException { return null; }
}""",
    "OrtSession": """public class OrtSession implements AutoCloseable {
  public static class SessionOptions {}
  public static class Result implements AutoCloseable {
    public java.util.Optional<OnnxValue> get(String key) { return null; }
    public void close() {}
  }
  public Result run(java.util.Map<String, ? extends OnnxTensorLike> inputs) throws OrtException { return null; }
  public void close() throws OrtException {}
}""",
}


def compile_cpp(program: Path, folder: Path) -> None:
    """Check a program with the C++ compiler; what it includes is written to `folder`."""
    (folder / "onnxruntime_cxx_api.h").write_text(CPP, encoding="utf-8")
    flags = ["-std=c++17", "-Wall", "-Werror", "-fsyntax-only", f"-I{folder}"]
    subprocess.run([shutil.which("g++") or "g++", *flags, str(program)], check=True)


def compile_java(program: Path, folder: Path) -> None:
    """Compile a program with the Java compiler; what it imports is written to `folder`."""
    package = folder / "ai" / "onnxruntime"
    package.mkdir(parents=True)
    for name, text in JAVA.items():
        (package / f"{name}.java").write_text(f"package ai.onnxruntime;\n{text}\n", encoding="utf-8")
    where = ["-sourcepath", str(folder), "-d", str(folder)]
    subprocess.run([shutil.which("javac") or "javac", "-Xlint:all", *where, str(program)], check=True)
