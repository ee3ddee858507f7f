#!/bin/bash
# Asks POCO again: writes test/golden/poco/answers.txt. Needs g++ and libpoco-dev (1.11 gave the committed answers).
set -euo pipefail
cd "$(dirname "$0")"
driver=$(mktemp)
trap 'rm -f "$driver"' EXIT
g++ -std=c++17 -O1 -o "$driver" driver.cpp -lPocoNet -lPocoFoundation
"$driver" < sequences.txt > ../golden/poco/answers.txt
