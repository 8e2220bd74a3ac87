#!/usr/bin/env python3
"""Neutron's metadata agent as its package runs it, with its remote procedure calls answered from a file.

    neutron_agent.py PORTS.JSON --config-file METADATA_AGENT.INI

Runs in the environment that has Neutron. What Neutron's server would find in its database, with a round trip over the
message bus, is found here in a dictionary.
"""
import collections
import json
import pathlib
import sys

from neutron.agent.metadata import agent
from neutron.agent import metadata_agent


class Ports:
    """What `get_ports` finds; the filters are those of the agent."""

    devices, addresses = collections.defaultdict(list), {}

    def __init__(self, topic):
        pass

    @classmethod
    def read(cls, path):
        for port in json.loads(pathlib.Path(path).read_text()):
            cls.devices[port["device_id"]].append(port)
            for fixed in port["fixed_ips"]:
                cls.addresses[port["network_id"], fixed["ip_address"]] = port

    def get_ports(self, context, filters):
        if "device_id" in filters:
            found = [port for device in filters["device_id"] for port in self.devices[device]]
            return [port for port in found if port["device_owner"] in filters["device_owner"]]
        pairs = [(network, address) for network in filters["network_id"]
                 for address in filters["fixed_ips"]["ip_address"]]
        return [self.addresses[pair] for pair in pairs if pair in self.addresses]


class NoReports:
    def __init__(self, topic):
        pass


Ports.read(sys.argv.pop(1))
agent.MetadataPluginAPI = Ports
agent.agent_rpc.PluginReportStateAPI = NoReports
metadata_agent.main()
