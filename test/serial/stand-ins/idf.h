// SPDX-License-Identifier: Apache-2.0
// The declarations of ESP-IDF that targets/esp32s3-idf/main/port.c uses, written from its documentation: enough for the
// compiler to check types and spelling on our side.
#include <stddef.h>
#include <stdint.h>

#define CONFIG_IDF_TARGET "stand-in"
#define CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ 240

typedef int esp_err_t;
#define ESP_OK 0
#define ESP_ERROR_CHECK(call) (void)(call)

typedef int uart_port_t;
#define UART_NUM_0 0
typedef enum { UART_DATA_8_BITS = 3 } uart_word_length_t;
typedef enum { UART_PARITY_DISABLE = 0 } uart_parity_t;
typedef enum { UART_STOP_BITS_1 = 1 } uart_stop_bits_t;
typedef enum { UART_HW_FLOWCTRL_DISABLE = 0 } uart_hw_flowcontrol_t;
typedef struct {
  int baud_rate;
  uart_word_length_t data_bits;
  uart_parity_t parity;
  uart_stop_bits_t stop_bits;
  uart_hw_flowcontrol_t flow_ctrl;
} uart_config_t;
typedef uint32_t TickType_t;
#define portMAX_DELAY 0xFFFFFFFFu
esp_err_t uart_driver_install(uart_port_t port, int rx, int tx, int queue_size, void **queue, int flags);
esp_err_t uart_param_config(uart_port_t port, const uart_config_t *settings);
int uart_read_bytes(uart_port_t port, void *bytes, uint32_t length, TickType_t ticks);
int uart_write_bytes(uart_port_t port, const void *bytes, size_t length);

uint32_t esp_cpu_get_cycle_count(void);
int64_t esp_timer_get_time(void);
_Noreturn void esp_restart(void);
typedef struct tskTaskControlBlock *TaskHandle_t;
uint8_t *pxTaskGetStackStart(TaskHandle_t task);
void vTaskDelay(TickType_t ticks);
#define pdMS_TO_TICKS(milliseconds) ((TickType_t)(milliseconds))

typedef enum { ESP_PARTITION_TYPE_DATA = 1 } esp_partition_type_t;
typedef enum { ESP_PARTITION_SUBTYPE_ANY = 255 } esp_partition_subtype_t;
typedef enum { ESP_PARTITION_MMAP_DATA = 0 } esp_partition_mmap_memory_t;
typedef uint32_t esp_partition_mmap_handle_t;
typedef struct {
  uint32_t size;
} esp_partition_t;
const esp_partition_t *esp_partition_find_first(esp_partition_type_t type, esp_partition_subtype_t subtype,
                                                const char *label);
esp_err_t esp_partition_mmap(const esp_partition_t *partition, size_t offset, size_t size,
                             esp_partition_mmap_memory_t memory, const void **address,
                             esp_partition_mmap_handle_t *handle);
esp_err_t esp_partition_erase_range(const esp_partition_t *partition, size_t offset, size_t size);
esp_err_t esp_partition_write(const esp_partition_t *partition, size_t offset, const void *bytes, size_t size);
