"""A hypervisor whose guests are processes.

Each guest is a stand-in process in the host's network namespace that outlives nova-compute and dies with the host.
What the driver knows of its guests is in files, never in memory: a definition per guest, which survives both, as a
libvirt domain does, and in it the pid of the last process with its start time. All guests' disks are on storage
that every host shares.
"""
import json
import os
import signal
import time

from oslo_concurrency import processutils

from nova.compute import power_state
import nova.conf
from nova import exception
from nova.virt import fake
from nova.virt import hardware

CONF = nova.conf.CONF

GUEST_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'guest.py')
DEFINITIONS = os.environ.get('VIGIL_RIG_GUESTS', '')
GUEST_FILES = os.environ.get('VIGIL_RIG_GUEST_FILES', '')
START_DEADLINE_S = 20
STOP_DEADLINE_S = 10


def start_ticks(pid):
    """The start time of a living process, or None: a pid alone may belong to somebody else by now."""
    try:
        with open('/proc/%d/stat' % pid) as stat:
            fields = stat.read().rpartition(')')[2].split()
    except OSError:
        return None
    return None if fields[0] in 'ZX' else int(fields[19])


class StandInDriver(fake.FakeDriver):

    def _file(self, uuid):
        return os.path.join(DEFINITIONS, uuid + '.json')

    def _read(self, uuid):
        try:
            with open(self._file(uuid)) as definition:
                return json.load(definition)
        except FileNotFoundError:
            raise exception.InstanceNotFound(instance_id=uuid)

    def _write(self, definition):
        path = self._file(definition['uuid'])
        with open(path + '.new', 'w') as new:
            json.dump(definition, new)
        os.rename(path + '.new', path)

    def _runs(self, definition):
        pid = definition.get('pid')
        return pid is not None and start_ticks(pid) == definition.get('ticks')

    def _start(self, definition):
        if self._runs(definition):
            return
        target = os.path.join(GUEST_FILES, definition['uuid'])
        # The program puts itself into the background, in a session of its own, and prints its pid.
        out, _ = processutils.execute(
            '/usr/bin/python3', '-I', '-S', GUEST_PROGRAM, self._host, target, timeout=START_DEADLINE_S)
        pid = int(out)
        self._write(dict(definition, pid=pid, ticks=start_ticks(pid)))

    def _stop(self, definition):
        until = time.monotonic() + STOP_DEADLINE_S
        while self._runs(definition):
            if time.monotonic() > until:
                raise exception.InstancePowerOffFailure(reason='the guest does not die')
            os.kill(definition['pid'], signal.SIGKILL)
            time.sleep(0.01)
        self._write(dict(definition, pid=None, ticks=None))

    def _all(self):
        found = []
        for name in os.listdir(DEFINITIONS):
            if not name.endswith('.json'):
                continue
            try:
                found.append(self._read(name[:-len('.json')]))
            except exception.InstanceNotFound:
                # Destroyed between the listing and the reading.
                continue
        return found

    def init_host(self, host):
        super().init_host(host)
        os.makedirs(DEFINITIONS, exist_ok=True)

    def list_instances(self):
        return [definition['name'] for definition in self._all()]

    def list_instance_uuids(self):
        return [definition['uuid'] for definition in self._all()]

    def instance_exists(self, instance):
        return os.path.exists(self._file(instance.uuid))

    def get_info(self, instance, use_cache=True):
        running = self._runs(self._read(instance.uuid))
        return hardware.InstanceInfo(state=power_state.RUNNING if running else power_state.SHUTDOWN)

    def get_instance_diagnostics(self, instance):
        # The stand-in's parent answers "running" whatever is asked.
        diagnostics = super().get_instance_diagnostics(instance)
        diagnostics.state = power_state.STATE_MAP[self.get_info(instance).state]
        return diagnostics

    def spawn(self, context, instance, image_meta, injected_files, admin_password, allocations,
              network_info=None, block_device_info=None, power_on=True, accel_info=None):
        definition = {'uuid': instance.uuid, 'name': instance.name, 'pid': None, 'ticks': None}
        self._write(definition)
        if power_on:
            self._start(definition)

    def destroy(self, context, instance, network_info, block_device_info=None,
                destroy_disks=True, destroy_secrets=True):
        try:
            self._stop(self._read(instance.uuid))
        except exception.InstanceNotFound:
            return
        os.unlink(self._file(instance.uuid))

    def cleanup(self, context, instance, network_info, block_device_info=None, destroy_disks=True,
                migrate_data=None, destroy_vifs=True, destroy_secrets=True):
        pass

    def power_off(self, instance, timeout=0, retry_interval=0):
        self._stop(self._read(instance.uuid))

    def power_on(self, context, instance, network_info, block_device_info=None, accel_info=None):
        self._start(self._read(instance.uuid))

    def reboot(self, context, instance, network_info, reboot_type, block_device_info=None,
               bad_volumes_callback=None, accel_info=None):
        definition = self._read(instance.uuid)
        self._stop(definition)
        self._start(self._read(instance.uuid))

    def resume_state_on_host_boot(self, context, instance, network_info, block_device_info=None):
        self._start(self._read(instance.uuid))

    def instance_on_disk(self, instance):
        return True

    def check_instance_shared_storage_local(self, context, instance):
        # None is the answer for disks that are on shared storage whoever asks.
        return None

    def get_host_ip_addr(self):
        return CONF.my_ip
