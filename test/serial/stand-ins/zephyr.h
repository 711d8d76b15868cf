// SPDX-License-Identifier: Apache-2.0
// The declarations of Zephyr that targets/nrf52840-zephyr/src/port.c uses, written from its documentation: enough for the
// compiler to check types and spelling on our side.
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CONFIG_BOARD "stand-in"
#define ARG_UNUSED(name) (void)(name)
#define BUILD_ASSERT(condition) _Static_assert(condition, #condition)
#define CODE_UNREACHABLE __builtin_unreachable()
#undef __aligned
#define __aligned(bytes) __attribute__((aligned(bytes)))
#define ROUND_UP(value, step) ((((uintptr_t)(value)) + (step) - 1u) / (step) * (step))

struct device {
  int unused;
};
extern const struct device chosen_device;
#define DT_CHOSEN(name) 0
#define DEVICE_DT_GET(node) (&chosen_device)
#define DT_PATH(...) 0
#define DT_PROP_OR(node, property, otherwise) (otherwise)
_Bool device_is_ready(const struct device *device);

struct gpio_dt_spec {
  const struct device *port;
  uint8_t pin;
  uint16_t dt_flags;
};
#define DT_ALIAS(name) 0
#define GPIO_DT_SPEC_GET_OR(node, property, ...) {&chosen_device, 13, 1}
#define GPIO_OUTPUT_INACTIVE (1u << 17)
int gpio_pin_configure_dt(const struct gpio_dt_spec *pin, uint32_t flags);
int gpio_pin_toggle_dt(const struct gpio_dt_spec *pin);

typedef void (*uart_irq_callback_user_data_t)(const struct device *device, void *user_data);
int uart_irq_callback_user_data_set(const struct device *device, uart_irq_callback_user_data_t callback, void *user_data);
void uart_irq_rx_enable(const struct device *device);
int uart_irq_update(const struct device *device);
int uart_irq_rx_ready(const struct device *device);
int uart_fifo_read(const struct device *device, uint8_t *bytes, const int size);
void uart_poll_out(const struct device *device, unsigned char byte);

struct k_sem {
  unsigned count;
};
typedef struct {
  int64_t ticks;
} k_timeout_t;
#define K_SEM_DEFINE(name, initial, limit) struct k_sem name = {initial}
#define K_FOREVER ((k_timeout_t){-1})
#define K_SECONDS(seconds) ((k_timeout_t){seconds})
int k_sem_take(struct k_sem *semaphore, k_timeout_t timeout);
void k_sem_give(struct k_sem *semaphore);
int32_t k_sleep(k_timeout_t timeout);
int64_t k_uptime_ticks(void);
static inline uint64_t k_ticks_to_us_floor64(uint64_t ticks) { return ticks; }

struct k_thread {
  struct {
    uintptr_t start;
    size_t size;
  } stack_info;
};
struct k_thread *k_current_get(void);

extern char __rom_region_start[], __rom_region_end[];
void printk(const char *format, ...);
#define SYS_REBOOT_COLD 1
_Noreturn void sys_reboot(int type);

#define CONFIG_FLASH_BASE_ADDRESS 0
#define FIXED_PARTITION_ID(label) FIXED_PARTITION_##label
enum { FIXED_PARTITION_capsule_a, FIXED_PARTITION_capsule_b };
struct flash_area {
  uint8_t fa_id;
  off_t fa_off;
  size_t fa_size;
};
int flash_area_open(uint8_t id, const struct flash_area **area);
int flash_area_erase(const struct flash_area *area, off_t offset, size_t length);
int flash_area_write(const struct flash_area *area, off_t offset, const void *bytes, size_t length);
