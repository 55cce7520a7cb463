import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { documentPath, generate, typesPath } from './openapi.ts'

test('the OpenAPI document and the client types in the tree are those of the routes', async () => {
  const { document, types } = await generate()
  assert.ok(readFileSync(documentPath, 'utf8') === document, 'edge/openapi.json is stale: npm run openapi')
  assert.ok(
    readFileSync(typesPath, 'utf8') === types,
    'agent/edge_client/openapi.d.ts is stale: npm run openapi',
  )
})
