#!/usr/bin/env bash
# Assembles @tensorflow/tfjs-node, with its native "tensorflow" backend, in a
# folder of its own:
#
#   test/native/build.sh OUT
#
# after which require(join(OUT, "node_modules/@tensorflow/tfjs-node")) works.
#
# The package's own install script fetches libtensorflow and a prebuilt addon
# from storage.googleapis.com. This script needs only the npm and PyPI
# registries: the package comes from npm without its install script, the
# TensorFlow libraries and C headers from a tensorflow-cpu wheel, and the addon
# is compiled from the sources in the package.
#
# Linux x64 with glibc. Needs node >= 18 with npm, and on Debian or Ubuntu
#   apt-get install python3 python3-venv g++
# (python3-pip does instead of python3-venv; make is not needed). Downloads
# about 250 MB and leaves about 1 GB in OUT. A second run does nothing; after
# an interrupted one, or a change of version below, only the wheel is kept.
set -euo pipefail

tfjs_node=4.22.0
node_api_headers=1.9.0

# tfjs-node 4.22 is made for libtensorflow 2.9.1. Wheels up to 2.11 keep the C
# API in a Python extension full of undefined Python symbols; from 2.12 on it is
# in libtensorflow_cc.so.2, which needs no Python, and the functions the addon
# calls have not changed. 2.13.1 is the smallest download of these. The Python
# version of the wheel (3.10) need not be the one installed here.
tensorflow=2.13.1
wheel_sha256=bfedeee206ccf8130d14d8990dbe991946324df92458ee1bdbeed1c21497beb3

[ $# -eq 1 ] || { echo "usage: $0 OUT" >&2; exit 2; }
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "$0: Linux on x86_64 only" >&2; exit 1; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
package=$out/node_modules/@tensorflow/tfjs-node
versions="$tfjs_node $node_api_headers $tensorflow"
complete=$out/node_modules/.complete
if [ "$(cat "$complete" 2> /dev/null)" = "$versions" ]; then
  exit 0
fi

# The npm packages. The package.json keeps npm from walking up to a package
# that OUT may lie in.
echo '{ "private": true }' > "$out/package.json"
rm -rf "$out/node_modules" "$out/package-lock.json"
(cd "$out" && npm install --ignore-scripts --no-audit --no-fund --loglevel=error \
  --save-exact --update-notifier=false \
  "@tensorflow/tfjs-node@$tfjs_node" "node-api-headers@$node_api_headers") >&2

# The wheel, checked against its hash; pip keeps one that is already there.
python=python3
if ! python3 -m pip --version > /dev/null 2>&1; then
  python3 -m venv "$out/venv"
  python=$out/venv/bin/python
fi
mkdir -p "$out/wheel"
echo "tensorflow-cpu==$tensorflow --hash=sha256:$wheel_sha256" > "$out/wheel/requirements.txt"
"$python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
  --only-binary=:all: --implementation cp --python-version 3.10 --abi cp310 \
  --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
  --dest "$out/wheel" -r "$out/wheel/requirements.txt" >&2

# The two libraries and the headers the addon includes, where the install
# script would have put them.
python3 - "$out/wheel/tensorflow_cpu-$tensorflow-"*.whl "$package/deps" << 'PYTHON'
import shutil, sys, zipfile
from pathlib import Path

libraries = ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
include = "tensorflow/include/"
headers = tuple(include + "tensorflow/" + part for part in ("c/", "core/platform/", "tsl/"))
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name in libraries:
            target = Path(sys.argv[2], "lib", Path(name).name)
        elif name.endswith(".h") and name.startswith(headers):
            target = Path(sys.argv[2], "include", name[len(include):])
        else:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with wheel.open(name) as source, open(target, "wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
PYTHON

# The addon, where the package looks for it: lib/napi-v8, after the newest
# Node-API version it lists. The run path makes it find the libraries.
mkdir -p "$package/lib/napi-v8"
g++ -shared -fPIC -O2 -std=c++17 -DNAPI_VERSION=8 \
  -I "$out/node_modules/node-api-headers/include" -I "$package/deps/include" \
  "$package"/binding/*.cc -o "$package/lib/napi-v8/tfjs_binding.node" \
  -L "$package/deps/lib" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 \
  '-Wl,-rpath,$ORIGIN/../../deps/lib'

TF_CPP_MIN_LOG_LEVEL=1 node -e 'const tf = require(process.argv[1]);
  if (tf.getBackend() !== "tensorflow") throw new Error(tf.getBackend());
  tf.matMul(tf.eye(2), tf.eye(2)).dataSync();' "$package"
echo "$versions" > "$complete"
