import type { ErrorKind } from '../../base/error'

/** How a command ends with an error: 2 bad usage or bad input, 3 network (docs/contracts.md, "Exit codes"). */
export const EXIT: Readonly<Record<ErrorKind, 2 | 3>> = {
  usage: 2,
  input: 2,
  internal: 2,
  network: 3,
}
