/** Why a port cannot be opened, in words that say what to do. `key` is the one in the configuration that names it. */
export function portWords(
  protocol: 'TCP' | 'UDP',
  ip: string,
  port: number,
  key: 'network.udp_port' | 'network.api_port' | 'metrics.port',
  code: string,
): string {
  const what = `${protocol} ${ip} port ${port} (${key}) cannot be opened (${code})`;
  const addressKey = key === 'metrics.port' ? 'metrics.address' : 'host.address or network.listen_address';
  switch (code) {
    case 'EADDRINUSE':
      return `${what}: an agent runs here already, or another program has the port; stop it, or choose another port`;
    case 'EADDRNOTAVAIL':
      return `${what}: ${ip} is no address of this host; correct ${addressKey}`;
    case 'EACCES':
      return `${what}: this user may not open it; start the agent as root, or choose a port above 1023`;
    default:
      return what;
  }
}
