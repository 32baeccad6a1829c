import { remakeVolume } from '../beats.ts';
import type { World } from '../world.ts';
import type { VolumeAction } from './action.ts';

export function actOnVolume(world: World, action: VolumeAction): void {
  const volume = world.volume(action.volume);
  if (action.do === 'volume-torn') {
    if (world.host(action.host).power) volume.tearsNext.set(action.host, action.block);
    return;
  }
  if (action.do === 'volume-made-anew') {
    remakeVolume(world, volume, action.newer);
    return;
  }
  for (const name of action.hosts) {
    if (action.do === 'volume-slow') {
      volume.slowMs.set(name, action.byMs);
      continue;
    }
    switch (action.how) {
      case 'hangs':
        volume.hung.add(name);
        break;
      case 'fails':
        volume.failing.add(name);
        break;
      case 'tears':
        volume.tearing.add(name);
        break;
      case 'stale':
        volume.freeze(name);
        break;
      case 'heals':
        volume.heal(name);
    }
  }
}
