"""Exports a model for sentence-transformers' ONNX backend and quantises it to int8. Run in the st_onnx venv."""

import sys


def export(folder: str) -> None:
    """Write onnx/model.onnx and onnx/model_qint8_avx512_vnni.onnx into the model's folder."""
    from sentence_transformers import SentenceTransformer, export_dynamic_quantized_onnx_model

    model = SentenceTransformer(folder, device="cpu", backend="onnx", model_kwargs={"export": True})
    model.save_pretrained(folder)
    export_dynamic_quantized_onnx_model(model, "avx512_vnni", folder)


if __name__ == "__main__":
    export(sys.argv[1])
