import { readFileSync, writeFileSync } from 'node:fs';

/** Starts measuring the peak of this process's resident memory anew, where the platform can (Linux). */
export function resetPeakMemory(): void {
  try {
    // Value 5 resets the peak. Source: proc(5), /proc/pid/clear_refs.
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Elsewhere the peak is that of the whole life of the process: never too low.
  }
}

/** The peak of this process's resident memory in MB since the last reset, or since its start where none is possible. */
export function peakMemoryMb(): number {
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (found) return Number(found[1]) / 1024;
  } catch {
    // The platform has no /proc.
  }
  return process.resourceUsage().maxRSS / 1024;
}
