// SPDX-License-Identifier: MIT-0
// Zephyr on a Cortex-M with a cycle counter (M3 and above). The line is the devicetree's chosen caplet,serial.
#include "port.h"

#include <zephyr/device.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>
#include <zephyr/linker/linker-defs.h>
#include <zephyr/storage/flash_map.h>
#include <zephyr/sys/printk.h>
#include <zephyr/sys/reboot.h>

#include "firmware.h"
#include "frames.h"

const char port_name[] = CONFIG_BOARD;

static const struct device *const line = DEVICE_DT_GET(DT_CHOSEN(caplet_serial));

// Changes at every line of text and every reply. A board without the alias led0 has none.
static const struct gpio_dt_spec led = GPIO_DT_SPEC_GET_OR(DT_ALIAS(led0), gpios, {0});

static void blink(void)
{
  if (led.port != NULL) (void)gpio_pin_toggle_dt(&led);
}

// Room for the longest frame and a repetition of it that comes while the capsule runs.
#define ROOM 1024u
BUILD_ASSERT(ROOM >= 2u * FRAMES_CODED_BYTES && (ROOM & (ROOM - 1u)) == 0);

static uint8_t received[ROOM];
static volatile uint32_t written; // by the interrupt
static uint32_t taken;
static K_SEM_DEFINE(arrival, 0, 1);

static void take_bytes(const struct device *device, void *unused)
{
  ARG_UNUSED(unused);
  while (uart_irq_update(device) > 0 && uart_irq_rx_ready(device) > 0) {
    uint8_t byte;
    while (uart_fifo_read(device, &byte, 1) == 1) {
      // Where nobody takes them, bytes are dropped: the frame is damaged, and the host repeats it.
      if (written - taken == ROOM) continue;
      received[written % ROOM] = byte;
      written++;
    }
  }
  k_sem_give(&arrival);
}

// The core's cycle counter, by Arm's own addresses.
#define DEMCR (*(volatile uint32_t *)0xE000EDFCu)
#define DWT_CONTROL (*(volatile uint32_t *)0xE0001000u)
#define DWT_CYCLES (*(volatile uint32_t *)0xE0001004u)

void port_start(void)
{
  DEMCR |= 1u << 24;
  DWT_CYCLES = 0;
  DWT_CONTROL |= 1u;
  if (led.port != NULL) (void)gpio_pin_configure_dt(&led, GPIO_OUTPUT_INACTIVE);
  if (!device_is_ready(line)) port_fatal("caplet: the serial line is not ready");
  uart_irq_callback_user_data_set(line, take_bytes, NULL);
  uart_irq_rx_enable(line);
}

int port_receive(void)
{
  if (written == taken) return -1;
  uint8_t byte = received[taken % ROOM];
  taken++;
  return byte;
}

void port_wait(void)
{
  k_sem_take(&arrival, K_FOREVER);
}

void port_send(const uint8_t *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) uart_poll_out(line, bytes[i]);
  blink();
}

uint32_t port_ticks(void)
{
  return DWT_CYCLES;
}

uint32_t port_ticks_per_second(void)
{
  return (uint32_t)DT_PROP_OR(DT_PATH(cpus, cpu_0), clock_frequency, 64000000);
}

uint32_t *port_stack_limit(void)
{
  return (uint32_t *)ROUND_UP(k_current_get()->stack_info.start, sizeof(uint32_t));
}

void *port_memory(size_t *size)
{
  static uint8_t memory[FIRMWARE_MEMORY_BYTES] __aligned(16);
  *size = sizeof memory;
  return memory;
}

const uint8_t *port_flash(size_t *size)
{
  *size = (size_t)(__rom_region_end - __rom_region_start);
  return (const uint8_t *)__rom_region_start;
}

void port_log(const char *text)
{
  printk("%s\n", text);
  blink();
}

uint32_t port_time_us(void)
{
  return (uint32_t)k_ticks_to_us_floor64((uint64_t)k_uptime_ticks());
}

_Noreturn void port_fatal(const char *text)
{
  printk("%s\n", text);
  k_sleep(K_SECONDS(5));
  sys_reboot(SYS_REBOOT_COLD);
  CODE_UNREACHABLE;
}

static const struct flash_area *areas[SLOTS];

static bool erase_slot(uint32_t slot)
{
  return flash_area_erase(areas[slot], 0, areas[slot]->fa_size) == 0;
}

static bool write_slot(uint32_t slot, size_t offset, const uint8_t *bytes, size_t length)
{
  return flash_area_write(areas[slot], (off_t)offset, bytes, length) == 0;
}

// The devicetree's partitions capsule_a and capsule_b (boards/), in the flash that the core reads.
bool port_slots(slots_flash *flash)
{
  static const uint8_t ids[SLOTS] = {FIXED_PARTITION_ID(capsule_a), FIXED_PARTITION_ID(capsule_b)};
  for (uint32_t slot = 0; slot < SLOTS; slot++) {
    if (flash_area_open(ids[slot], &areas[slot]) != 0) return false;
    flash->bytes[slot] = (const uint8_t *)(uintptr_t)(CONFIG_FLASH_BASE_ADDRESS + (uint32_t)areas[slot]->fa_off);
    flash->size = areas[slot]->fa_size;
  }
  flash->erase = erase_slot;
  flash->write = write_slot;
  return areas[0]->fa_size == areas[1]->fa_size;
}
