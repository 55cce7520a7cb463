import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopbackHost, mayConnect } from './addresses.ts'

const never = [
  '0.0.0.0',
  '0.1.2.3',
  '169.254.169.254',
  '169.254.0.1',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  'fe80::1',
  'febf:ffff::1',
  'fec0::1',
  'ff02::1',
  'fd00:ec2::254',
  'fd20:ce::254',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '::169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::1',
  'fe80::1%eth0',
  'metadata',
  '',
]
const loopback = ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::']
const fine = [
  '10.0.0.4',
  '192.168.1.1',
  '172.16.9.9',
  '100.64.0.1',
  '140.82.121.6',
  '2606:50c0::1',
  'fd12::9',
]

test('link-local, metadata, multicast and unspecified addresses are never connected to, however they are spelled', () => {
  for (const address of never) {
    assert.equal(mayConnect(address, false), false, address)
    assert.equal(mayConnect(address, true), false, address)
  }
})

test('loopback is connected to by an edge on loopback alone', () => {
  for (const address of loopback) {
    assert.equal(mayConnect(address, false), false, address)
    assert.equal(mayConnect(address, true), true, address)
  }
})

test('addresses of networks, private ones too, may be connected to', () => {
  for (const address of fine) assert.equal(mayConnect(address, false), true, address)
})

test('a host is loopback by its name or its address', () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]']) assert.equal(isLoopbackHost(host), true, host)
  for (const host of ['localhost.example', '10.0.0.1', '[::2]', 'example.com']) {
    assert.equal(isLoopbackHost(host), false, host)
  }
})
