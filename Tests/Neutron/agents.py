"""What Neutron's L3 and DHCP agents do about metadata proxies, done by their own code."""
import pathlib
import sys
import types

from neutron.agent import dhcp_agent, l3_agent
from neutron.agent.l3 import router_info
from neutron.agent.linux import external_process, iptables_manager
from neutron.agent.metadata import driver
from neutron.common import config as common_config
from neutron.conf.agent import common as agent_conf
from neutron_lib import constants
from neutron_lib.callbacks import events, registry, resources
from oslo_config import cfg

CONFIGURATION = """\
[DEFAULT]
state_path = {directory}
log_file = {directory}/neutron.log
metadata_proxy_socket = {directory}/metadata_proxy
interface_driver = neutron.agent.linux.interface.NullDriver

[AGENT]
# Already root: a helper that changes nothing.
root_helper = env
# Looked at when a test says so.
check_child_processes_interval = 0

[oslo_concurrency]
lock_path = {directory}/lock
"""


class Agents:
    """Configured once for all tests: Neutron's options are global."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.log, self.file = self.directory / "neutron.log", self.directory / "neutron.conf"
        self.file.write_text(CONFIGURATION.format(directory=self.directory))
        self.conf = cfg.CONF
        l3_agent.register_opts(self.conf)
        dhcp_agent.register_options(self.conf)
        self.conf(["--config-file", str(self.file)], project="neutron")
        common_config.setup_logging()
        agent_conf.setup_privsep()
        self.monitor = external_process.ProcessMonitor(config=self.conf, resource_type="metadata")
        self.agent = types.SimpleNamespace(conf=self.conf, process_monitor=self.monitor)
        self.agent.metadata_driver = driver.MetadataDriver(self.agent)

    @property
    def socket(self):
        """Where haproxies find the metadata agent."""
        return self.directory / "metadata_proxy"

    def logged(self):
        return self.log.read_text(errors="replace")

    def add_router(self, router):
        """Rules that mark metadata requests, then what follows when a router is complete."""
        tables = iptables_manager.IptablesManager(use_ipv6=True, namespace=router.namespace)
        for family in (tables.ipv4, tables.ipv6):
            family["filter"].add_chain("scope")
        information = types.SimpleNamespace(
            agent_conf=self.conf, iptables_manager=tables, ns_name=router.namespace, router_id=router.id,
            router={"id": router.id})
        router_info.RouterInfo.initialize_metadata_iptables(information)
        router.information = information
        self.announce(router, events.AFTER_CREATE)

    def update_router(self, router):
        self.announce(router, events.AFTER_UPDATE)

    def remove_router(self, router):
        self.announce(router, events.BEFORE_DELETE)

    def announce(self, router, event):
        payload = events.DBEventPayload(None, resource_id=router.id, states=(router.information,))
        registry.publish(resources.ROUTER, event, self.agent, payload=payload)

    def enable_network(self, network, ipv6=False):
        """As for a network whose metadata come from its DHCP namespace."""
        further = {"bind_interface": network.device, "bind_address_v6": constants.METADATA_V6_IP} if ipv6 else {}
        self.agent.metadata_driver.spawn_monitored_metadata_proxy(
            self.monitor, network.namespace, constants.METADATA_PORT, self.conf,
            bind_address=constants.METADATA_V4_IP, network_id=network.id, **further)

    def disable_network(self, network):
        self.agent.metadata_driver.destroy_monitored_metadata_proxy(
            self.monitor, network.id, self.conf, network.namespace)

    def add(self, network):
        (self.add_router if network.SCOPE == "router" else self.enable_network)(network)
        return self.manager(network)

    def remove(self, network):
        (self.remove_router if network.SCOPE == "router" else self.disable_network)(network)

    def manager(self, network):
        """Neutron's own view of the network's proxy, as an agent that has just been started has it."""
        return external_process.ProcessManager(
            conf=self.conf, uuid=network.id, namespace=network.namespace, service="haproxy")

    def is_monitored(self, network):
        return network.id in self.agent.metadata_driver.monitors

    def check(self):
        """What the monitor does once a minute."""
        self.monitor._check_child_processes()

    def configuration(self, network):
        """The file that haproxy is started with."""
        return self.directory / "ns-metadata-proxy" / f"{network.id}.conf"

    def write_configuration(self, network):
        """The file, without starting anything; who is started with it is found by `manager`, and ends with the test."""
        address, port = (("::", self.conf.metadata_port) if network.SCOPE == "router"
                         else (constants.METADATA_V4_IP, constants.METADATA_PORT))
        callback = driver.MetadataDriver._get_metadata_proxy_callback(
            address, port, self.conf, **{f"{network.SCOPE}_id": network.id})
        return callback(self.manager(network).get_pid_file_name())[-1]

    @staticmethod
    def rootwrap(directory):
        """The command that agents put before others which need root, with Neutron's own filters."""
        installed = pathlib.Path(sys.prefix) / "etc" / "neutron"
        file = pathlib.Path(directory) / "rootwrap.conf"
        lines = (installed / "rootwrap.conf").read_text().splitlines()
        file.write_text("\n".join(
            f"filters_path = {installed / 'rootwrap.d'}" if line.startswith("filters_path") else line
            for line in lines))
        return str(pathlib.Path(sys.prefix) / "bin" / "neutron-rootwrap"), str(file)
