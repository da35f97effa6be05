import type { Connect, Plugin } from 'vite'
import { PROXY_PREFIX } from '../registry/proxied'
import { createProxy } from './handler'
import { answerByProxy } from './node-adapter'
import { nodeHop } from './node-hop'
import { rulesOf } from './rules'

/** The proxy inside `vite` and `vite preview`, which listen on this machine only. */
export function registryProxy(): Plugin {
  const rules = rulesOf({ registries: [], privates: [], loopback: true })
  const handler = createProxy({ rules, hop: (rule) => nodeHop(rule) })
  const middleware: Connect.NextHandleFunction = (request, response, next) => {
    const path = (request.originalUrl ?? request.url ?? '').split('?')[0] ?? ''
    if (!path.startsWith(`/${PROXY_PREFIX}`)) return next()
    void answerByProxy(handler, request, response, path.slice(PROXY_PREFIX.length + 1))
  }
  return {
    name: 'sealscope-registry-proxy',
    configureServer: ({ middlewares }) => void middlewares.use(middleware),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(middleware),
  }
}
