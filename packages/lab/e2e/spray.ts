import type { DataCentre } from './data-centre.ts';
import { until } from './until.ts';

/** Frames from a machine's own addresses to one unknown MAC after the other, each of which is a megaflow. */
const SPRAY = `
import socket, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(('eth0', 0))
source = bytes.fromhex(sys.argv[1].replace(':', ''))
packet = bytes.fromhex('08004500001c0001000040110000') + socket.inet_aton(sys.argv[2]) + bytes([10, 0, 0, 99]) + bytes(26)
while True:
    for i in range(int(sys.argv[3])):
        s.send(bytes.fromhex('02ee') + i.to_bytes(4, 'big') + source + packet)
        if i % 20 == 0: time.sleep(0.01)`;

/** Lets a machine fill the datapath's cache of its switch, until the lab ends; settles when it is full. */
export async function spray(centre: DataCentre, vm: string, megaflows: number): Promise<void> {
  const { mac, address, host } = centre.lab.vm(vm);
  const argv = ['python3', '-c', SPRAY, mac, address!.split('/')[0]!, String(megaflows)];
  centre.lab.spawn(vm, 'spray', argv);
  const flows = async (): Promise<number> =>
    Number(/flows\s*: \(current (\d+)\)/.exec(await centre.lab.host(host).appctl('upcall/show'))?.[1]);
  await until(async () => (await flows()) >= megaflows, `${megaflows} megaflows on ${host}`, 60_000);
}
