#!/usr/bin/env python3
"""Write the haproxy configurations of routers by Neutron's own code, with the options that its L3 agent has.

    neutron_haproxy.py --config-file L3_AGENT.INI -- ROUTER…

Runs in the environment that has Neutron. Prints a line of JSON: the configurations' paths, and the arguments of the
iptables rules that lead guests to a proxy.
"""
import json
import sys

from neutron.agent import l3_agent
from neutron.agent.metadata import driver
from neutron.common import config
from oslo_config import cfg
from oslo_utils import netutils


def write(router):
    """As `spawn_monitored_metadata_proxy` does on `after_router_added`."""
    address = "::" if netutils.is_ipv6_enabled() else "0.0.0.0"
    pid_file = f"{cfg.CONF.external_pids}/{router}.pid.haproxy"
    haproxy = driver.MetadataDriver._get_haproxy_configurator(
        address, cfg.CONF.metadata_port, cfg.CONF, router_id=router, pid_file=pid_file)
    haproxy.create_config_file()
    return {"configuration": haproxy.cfg_path, "pid_file": pid_file}


def main():
    separator = sys.argv.index("--")
    l3_agent.register_opts(cfg.CONF)
    config.init(sys.argv[1:separator])
    rules = [["-t", "nat", "-A", chain, *rule.split()]
             for chain, rule in driver.metadata_nat_rules(cfg.CONF.metadata_port)]
    print(json.dumps({"routers": {router: write(router) for router in sys.argv[separator + 1:]}, "rules": rules}))


main()
