// SPDX-License-Identifier: MIT-0
// ESP-IDF on an ESP32-S3: UART0, the core's cycle counter, and two partitions for capsules.
#include "port.h"

#include <stdio.h>

#include "driver/uart.h"
#include "esp_cpu.h"
#include "esp_partition.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#include "firmware.h"
#include "frames.h"

const char port_name[] = CONFIG_IDF_TARGET;

#define LINE UART_NUM_0
// Room for the longest frame and repetitions of it that come while the capsule runs.
#define ROOM 2048

_Static_assert(ROOM >= 2u * FRAMES_CODED_BYTES, "the driver's buffer holds no two frames");

// The byte that port_wait took; -1: none.
static int waited = -1;

void port_start(void)
{
  const uart_config_t settings = {
      .baud_rate = 115200,
      .data_bits = UART_DATA_8_BITS,
      .parity = UART_PARITY_DISABLE,
      .stop_bits = UART_STOP_BITS_1,
      .flow_ctrl = UART_HW_FLOWCTRL_DISABLE,
  };
  ESP_ERROR_CHECK(uart_driver_install(LINE, ROOM, 0, 0, NULL, 0));
  ESP_ERROR_CHECK(uart_param_config(LINE, &settings));
}

int port_receive(void)
{
  int byte = waited;
  waited = -1;
  if (byte >= 0) return byte;
  uint8_t next;
  return uart_read_bytes(LINE, &next, 1, 0) == 1 ? next : -1;
}

// The task sleeps in the driver, and the idle task lets the core wait for an interrupt.
void port_wait(void)
{
  uint8_t next;
  if (uart_read_bytes(LINE, &next, 1, portMAX_DELAY) == 1) waited = next;
}

void port_send(const uint8_t *bytes, size_t length)
{
  (void)uart_write_bytes(LINE, bytes, length);
}

uint32_t port_ticks(void)
{
  return (uint32_t)esp_cpu_get_cycle_count();
}

uint32_t port_ticks_per_second(void)
{
  return CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ * 1000000u;
}

// FreeRTOS looks for its own pattern in the last bytes: they keep it.
#define GUARD_BYTES 64u

uint32_t *port_stack_limit(void)
{
  return (uint32_t *)(void *)(pxTaskGetStackStart(NULL) + GUARD_BYTES);
}

void *port_memory(size_t *size)
{
  static uint8_t memory[FIRMWARE_MEMORY_BYTES] __attribute__((aligned(16)));
  *size = sizeof memory;
  return memory;
}

// The image's constants (.rodata) are what the capsule must not touch.
extern const uint8_t _rodata_start[], _rodata_end[];

const uint8_t *port_flash(size_t *size)
{
  *size = (size_t)(_rodata_end - _rodata_start);
  return _rodata_start;
}

void port_log(const char *line)
{
  printf("%s\n", line);
  fflush(stdout);
}

uint32_t port_time_us(void)
{
  return (uint32_t)esp_timer_get_time();
}

_Noreturn void port_fatal(const char *line)
{
  port_log(line);
  vTaskDelay(pdMS_TO_TICKS(5000));
  esp_restart();
}

static const esp_partition_t *partitions[SLOTS];

static bool erase_slot(uint32_t slot)
{
  return esp_partition_erase_range(partitions[slot], 0, partitions[slot]->size) == ESP_OK;
}

static bool write_slot(uint32_t slot, size_t offset, const uint8_t *bytes, size_t length)
{
  return esp_partition_write(partitions[slot], offset, bytes, length) == ESP_OK;
}

// The partitions "capsule_a" and "capsule_b", mapped for good.
bool port_slots(slots_flash *flash)
{
  static const char *const names[SLOTS] = {"capsule_a", "capsule_b"};
  for (uint32_t slot = 0; slot < SLOTS; slot++) {
    const esp_partition_t *partition =
        esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, names[slot]);
    const void *bytes;
    esp_partition_mmap_handle_t handle;
    if (partition == NULL || (slot > 0 && partition->size != flash->size)) return false;
    if (esp_partition_mmap(partition, 0, partition->size, ESP_PARTITION_MMAP_DATA, &bytes, &handle) != ESP_OK) {
      return false;
    }
    partitions[slot] = partition;
    flash->bytes[slot] = bytes;
    flash->size = partition->size;
  }
  flash->erase = erase_slot;
  flash->write = write_slot;
  return true;
}
