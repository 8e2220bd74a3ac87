#!/usr/bin/env python3
"""neutron-netns-cleanup, with one namespace to look at instead of all that this machine has.

    clean_up.py NAMESPACE OPTION…
"""
import sys

from neutron.agent.linux import ip_lib
from neutron.cmd import netns_cleanup

NAMESPACE = sys.argv.pop(1)
ip_lib.list_network_namespaces = lambda **_: [NAMESPACE]
netns_cleanup.main()
