#!/bin/bash
# Owns how apt gets at a mirror while a machine for system tests is made: as it does on this host (proxies, what it checks), but a
# mirror that falters is asked again, and one that says nothing holds nobody up.
set -euo pipefail
apt-config dump | grep -E '^Acquire::(https?|Check)' || :
printf 'Acquire::%s;\n' 'Retries "5"' 'http::Timeout "30"' 'https::Timeout "30"'
