import type { Answer } from './answers'
import type { Arguments } from './arguments'
import type { CommandName } from './commands'

type Handler = (args: Arguments) => Promise<Answer>

/** What runs a command; its modules are evaluated only when it is asked for, which keeps the start short. */
export const HANDLERS: Record<CommandName, () => Promise<Handler>> = {
  inspect: async () => (await import('./answers')).inspect,
  verify: async () => (await import('./verify')).verify,
  digest: async () => (await import('./answers')).digest,
  compare: async () => (await import('./compare')).compare,
  lint: async () => (await import('./lint')).lint,
  plan: async () => (await import('./plan')).plan,
  manifest: async () => (await import('./manifest')).manifest,
  uki: async () => (await import('./uki')).uki,
  serve: async () => {
    const { serve } = await import('./serve')
    return async (args) => {
      await serve(args)
      return { text: '', exitCode: 0 }
    }
  },
}
