import type { Connect, Plugin } from 'vite'
import { PROXY_PREFIX } from '../registry/proxied'
import { createProxy } from './handler'
import { answerByProxy } from './node-adapter'
import { nodeHop } from './node-hop'
import { isLoopback } from './node-server'
import { rulesOf } from './rules'

/** The proxy inside `vite` and `vite preview`. */
export function registryProxy(): Plugin {
  return {
    name: 'sealscope-registry-proxy',
    configureServer: ({ middlewares, config }) =>
      void middlewares.use(proxyMiddleware(config.server.host)),
    configurePreviewServer: ({ middlewares, config }) =>
      void middlewares.use(proxyMiddleware(config.preview.host)),
  }
}

/** @param host Vite's setting: nothing and false are `localhost`, true is every address */
function proxyMiddleware(host: string | boolean | undefined): Connect.NextHandleFunction {
  const loopback = typeof host === 'string' ? isLoopback(host) : host !== true
  const rules = rulesOf({ registries: [], privates: [], loopback })
  const handler = createProxy({ rules, hop: (rule) => nodeHop(rule) })
  return (request, response, next) => {
    const path = (request.originalUrl ?? request.url ?? '').split('?')[0] ?? ''
    if (!path.startsWith(`/${PROXY_PREFIX}`)) return next()
    void answerByProxy(handler, request, response, path.slice(PROXY_PREFIX.length + 1))
  }
}
