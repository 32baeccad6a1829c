import { CELL } from '../cluster.ts';
import type { World } from '../world.ts';
import type { NovaAction } from './action.ts';

export function actOnNovaItself({ nova }: World, action: NovaAction): void {
  const { faults, state } = nova;
  switch (action.do) {
    case 'nova':
      if (action.how === 'down') faults.up = false;
      else if (action.how === 'up') faults.up = true;
      else if (action.how === 'hangs') faults.hangs = true;
      else if (action.how === 'swallows') faults.swallows = true;
      else if (action.how === 'errs') faults.errs = true;
      else nova.answerAgain();
      return;
    case 'nova-late':
      faults.lateMsMax = action.byMs;
      return;
    case 'nova-slow':
      if (action.call === null) faults.slowMs = action.byMs;
      else faults.slowCalls.set(action.call, action.byMs);
      return;
    case 'nova-holds':
      faults.holds.set(action.call, action.forMs);
      return;
    case 'nova-lets-go':
      nova.letGo(action.call);
      return;
    case 'nova-refuses':
      faults.refuses.add(action.call);
      return;
    case 'nova-vm':
      state.unschedulable.delete(action.vm);
      faults.buildFails.delete(action.vm);
      faults.startFails.delete(action.vm);
      if (action.how === 'no-valid-host') state.unschedulable.add(action.vm);
      if (action.how === 'build-fails') faults.buildFails.add(action.vm);
      if (action.how === 'start-fails') faults.startFails.add(action.vm);
      return;
    case 'scheduler':
      state.schedulerUp = action.up;
      return;
    case 'hypervisor':
      for (const host of action.hosts)
        if (action.hangs) faults.hypervisorHangs.add(host);
        else faults.hypervisorHangs.delete(host);
      return;
    case 'claims':
      for (const host of action.hosts)
        if (action.fail) faults.claimFails.add(host);
        else faults.claimFails.delete(host);
      return;
    case 'cell':
      if (action.up) state.deadCells.clear();
      else state.deadCells.add(CELL);
  }
}
